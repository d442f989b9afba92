"""Words that are burned into pictures: found, shown, and blacked out in a copy; the original is never written.

`asking.py` is the parent's side: it asks a confined child (`reader.py`), which finds words with rapidocr (`finder.py`)
and blacks out what the doctor left marked (`blackening.py`). `marks.py` is what both agree on. Faces and voices are
not found here, and nothing here calls them de-identified.
"""
