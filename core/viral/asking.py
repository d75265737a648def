"""What can be asked: a network, a keyword or what trends, how new, and where. A value; nothing is stored here."""

import re
from dataclasses import dataclass
from typing import Any, Self

from core.errors import InvalidInput
from core.providers.discovery import Network, Period, Search

KEYWORD_CHARACTERS = 60
ANYWHERE = ""
REGIONS = ("US", "GB", "DE", "FR", "ES", "PT", "IT", "BR", "MX", "IN", "ID", "JP", "TR", "UA", "PL")
"""What the card offers; a network may know more."""
PERIODS = (Period.DAY, Period.WEEK)
_MARKS = re.compile(r"[\x00-\x1f\x7f#]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """`keyword` as it is searched for: lower case, single spaces, no #; "" is what trends. `region` "" is anywhere."""

    network: Network = Network.TIKTOK
    keyword: str = ""
    period: Period = Period.WEEK
    region: str = ANYWHERE

    @property
    def search(self) -> Search:
        return Search(keyword=self.keyword, period=self.period, region=self.region or None)

    @property
    def name(self) -> str:
        """The same for equal searches: for locks."""
        return f"{self.network}:{self.period}:{self.region}:{self.keyword}"

    @property
    def columns(self) -> dict[str, str]:
        """As tables hold it."""
        return {
            "network": str(self.network),
            "keyword": self.keyword,
            "period": str(self.period),
            "region": self.region,
        }

    @classmethod
    def of(cls, row: Any) -> Self:
        """What a row of `searches`, `lookups` or `viral_choices` asks for."""
        return cls(Network(row.network), row.keyword, Period(row.period), row.region)


def clean_keyword(typed: str) -> str:
    """As it is searched for. Raises InvalidInput "viral.keyword_length" (characters, most)."""
    keyword = " ".join(_MARKS.sub(" ", typed).casefold().split())
    if not 1 <= len(keyword) <= KEYWORD_CHARACTERS:
        raise InvalidInput("viral.keyword_length", characters=len(keyword), most=KEYWORD_CHARACTERS)
    return keyword
