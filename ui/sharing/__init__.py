"""A photo and its painting, for whoever has the link, until they expire.

`store`: the folder; `notes`: what reviewers may write; `limits`: how often anybody may;
`desk`: the three together, as the page and `routes` use them; `page`: what a reviewer sees.
"""
