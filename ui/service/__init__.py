"""What the page asks of the pipeline, one file a topic, as in `ui/handlers/`.

It translates values and knows no widgets. `paint_service` is what all topics share; each of their
functions is given it, and most of them the visitor's `session_id`.
"""

from ui.service.paint_service import PaintService as PaintService
