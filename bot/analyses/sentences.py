"""What can go wrong with looking at a channel, in words."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from bot.router import Router
from bot.texts import Texts
from bot.viral.labels import NETWORKS
from bot.viral.sentences import network_problem
from core.analyses.queries import AnalysisNotFound
from core.analyses.service import AlreadyAnalyzing, NoSuchNetwork, NotReady
from core.providers.discovery import DiscoveryErrorCode as Code
from core.providers.discovery import Network
from core.viral.creators import CreatorNotFound


def register(router: Router) -> None:
    router.errors(
        {
            "analyses.no_channel": lambda t, _: t(
                "That is no channel. Please send a handle such as @handle, or a link to a channel on TikTok, "
                "Instagram or YouTube."
            ),
            "analyses.other_site": lambda t, _: t(
                "I can look at channels on TikTok, Instagram and YouTube only. Please send a link from there, or a "
                "@handle."
            ),
            "analyses.no_channel_link": lambda t, params: t(
                "That link to {network} leads to no channel and to no video of one. Please open the channel, and send "
                "me its @handle or the link from its Share button.",
                network=NETWORKS[Network(params["network"])],
            ),
            AlreadyAnalyzing.code: lambda t, _: t(
                "I am looking at that channel already. The message above tells how far it is."
            ),
            NotReady.code: lambda t, _: t("There is no report of it. Look at the channel again with /analyze."),
            AnalysisNotFound.code: lambda t, _: t("That analysis is no longer kept. Look again with /analyze."),
            CreatorNotFound.code: lambda t, _: t("That channel is no longer known. Send me its link with /analyze."),
            NoSuchNetwork.code: lambda t, params: channel_problem({"code": NoSuchNetwork.code}, t),
        }
    )


def channel_problem(problem: Mapping[str, Any], t: Texts) -> Markup:
    """Why a channel couldn't be read, and what to do."""
    match problem["code"]:
        case Code.NOT_FOUND:
            return t("There is no such channel or video. Please look at the spelling, and at the network.")
        case Code.CLOSED:
            return t("It is private or restricted by age: only public channels can be looked at.")
        case Code.NOT_SUPPORTED:
            return t("Without an access key I can't tell whose video that is. Please send a link to the channel.")
        case Code.BAD_ADDRESS | Code.BAD_REQUEST:
            return t("The network doesn't know such a name. Please send a link to the channel instead.")
        case NoSuchNetwork.code:
            return t("That network can't be read here without an access key. Please try a channel of another one.")
    return network_problem(problem, t)
