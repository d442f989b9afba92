"""The first start: language and looks, the intended-use notice, the models, then a sample encounter to try."""
