"""What the page says, in the visitor's language; `docs/page.md`, Languages, says how.

Every text stands once, in English, where it is used, and is the key of its translations in the
`.po` files beside this one. Of components it is a `label`; in sentences that Python makes one is
`say`, now, or `later`; scripts and templates have `say` and `counted` of `say.js`.
"""

from ui.words.catalogs import LANGUAGES as LANGUAGES
from ui.words.catalogs import known as known
from ui.words.labels import label as label
from ui.words.retold import retold as retold
from ui.words.texts import Text as Text
from ui.words.texts import counted as counted
from ui.words.texts import later as later
from ui.words.texts import number as number
from ui.words.texts import percent as percent
from ui.words.texts import say as say
from ui.words.texts import written as written
from ui.words.visitors import language as language
from ui.words.visitors import speaking as speaking
