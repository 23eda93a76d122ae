"""What happens on the page, one file a region.

Each handler translates raw widget values, asks the service, and returns updates by component. A
component that is not among them stays as it is; `gr.skip()` alone leaves all of them.
"""

from ui.handlers.arriving import Arriving
from ui.handlers.comparing import Comparing
from ui.handlers.correcting import Correcting
from ui.handlers.filming import Filming
from ui.handlers.finishing import Finishing
from ui.handlers.keeping import Keeping
from ui.handlers.many import ManyPhotos
from ui.handlers.mending import Mending
from ui.handlers.painting import Painting
from ui.handlers.sharing import Sharing
from ui.handlers.training import TrainingHandlers
from ui.handlers.visiting import Visiting


class Handlers(
    Visiting,
    Arriving,
    Painting,
    Mending,
    Correcting,
    Finishing,
    Comparing,
    Filming,
    ManyPhotos,
    TrainingHandlers,
    Sharing,
    Keeping,
):
    """The page's events. `request.session_hash` tells visitors apart."""
