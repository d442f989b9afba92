"""Taking out what names a person: rules for text, a table for DICOM, and text that is burned into pictures.

Nothing here changes a file: every finding is a value that can be shown, refused and undone before anything is written.
"""
