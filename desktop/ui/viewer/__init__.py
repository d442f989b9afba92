"""The picture viewer: one or two panes with zoom, window and level, series, measuring and marking.

`panel.py` is what a screen embeds; the arithmetic lies in modules without widgets (`geometry`, `orientation`,
`presets`, `wording`), so that it can be tested as such.
"""
