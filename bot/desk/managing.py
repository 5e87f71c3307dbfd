"""What a team does with its tickets beside answering them, in one family, and the kinds of work it brings."""

from bot.desk.establishing import Establishing
from bot.desk.joining import Joining
from bot.desk.looking import Looking
from bot.desk.owning import Owning
from bot.desk.posting import Posting
from bot.desk.redacting import Redacting
from bot.desk.refusing import Refusing
from bot.desk.remarking import Remarking
from bot.desk.sorting import Sorting


class Managing(Owning, Posting, Redacting, Refusing, Remarking, Establishing, Sorting, Joining, Looking):
    """Own, post, look through, find out who asks, refuse, note, hold, sort, block, join, part, look."""
