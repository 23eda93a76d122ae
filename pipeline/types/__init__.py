"""Define the values that pass between stages."""

from pipeline.types.arrays import (
    ADDED as ADDED,
)
from pipeline.types.arrays import (
    TAKEN as TAKEN,
)
from pipeline.types.arrays import (
    Decoder as Decoder,
)
from pipeline.types.arrays import (
    Freeze as Freeze,
)
from pipeline.types.arrays import (
    Image as Image,
)
from pipeline.types.arrays import (
    Labels as Labels,
)
from pipeline.types.arrays import (
    Logits as Logits,
)
from pipeline.types.arrays import (
    Marks as Marks,
)
from pipeline.types.arrays import (
    Mask as Mask,
)
from pipeline.types.arrays import (
    Network as Network,
)
from pipeline.types.arrays import (
    Pixels as Pixels,
)
from pipeline.types.arrays import (
    Points as Points,
)
from pipeline.types.film import (
    Film as Film,
)
from pipeline.types.film import (
    FilmError as FilmError,
)
from pipeline.types.film import (
    FilmFrame as FilmFrame,
)
from pipeline.types.painting import (
    Painted as Painted,
)
from pipeline.types.painting import (
    Painting as Painting,
)
from pipeline.types.painting import (
    Restoration as Restoration,
)
from pipeline.types.painting import (
    RestorationPlan as RestorationPlan,
)
from pipeline.types.painting import (
    Scene as Scene,
)
from pipeline.types.painting import (
    WeightUse as WeightUse,
)
from pipeline.types.photo import (
    MIN_SIDE as MIN_SIDE,
)
from pipeline.types.photo import (
    Face as Face,
)
from pipeline.types.photo import (
    Photo as Photo,
)
from pipeline.types.photo import (
    PhotoError as PhotoError,
)
from pipeline.types.photo import (
    Style as Style,
)
from pipeline.types.progress import (
    BEGINS as BEGINS,
)
from pipeline.types.progress import (
    BEGINS_LONG as BEGINS_LONG,
)
from pipeline.types.progress import (
    Cancelled as Cancelled,
)
from pipeline.types.progress import (
    Progress as Progress,
)
from pipeline.types.progress import (
    Report as Report,
)
from pipeline.types.progress import (
    StageName as StageName,
)
from pipeline.types.progress import (
    StopEarly as StopEarly,
)
from pipeline.types.prompt import (
    Click as Click,
)
from pipeline.types.prompt import (
    Drawing as Drawing,
)
from pipeline.types.prompt import (
    FaceOverride as FaceOverride,
)
from pipeline.types.prompt import (
    Prompt as Prompt,
)
from pipeline.types.prompt import (
    PromptError as PromptError,
)
from pipeline.types.prompt import (
    drawing_of as drawing_of,
)
from pipeline.types.strokes import Strokes as Strokes
