"""Identifiers: time-ordered UUIDs (RFC 9562, version 7) and the short form that fits into a button."""

import base64
import binascii
import os
import time
from typing import NewType
from uuid import UUID

UserId = NewType("UserId", UUID)
SourceId = NewType("SourceId", UUID)
PostId = NewType("PostId", UUID)
BatchId = NewType("BatchId", UUID)
DeliveryId = NewType("DeliveryId", UUID)
WorkId = NewType("WorkId", UUID)
HoldId = NewType("HoldId", UUID)
ChannelId = NewType("ChannelId", UUID)
QueueId = NewType("QueueId", UUID)
SeriesId = NewType("SeriesId", UUID)
ImportId = NewType("ImportId", UUID)
BroadcastId = NewType("BroadcastId", UUID)
PodcastId = NewType("PodcastId", UUID)
QuestionId = NewType("QuestionId", UUID)
CreatorId = NewType("CreatorId", UUID)
VideoId = NewType("VideoId", UUID)
SearchId = NewType("SearchId", UUID)
LookupId = NewType("LookupId", UUID)
SavedVideoId = NewType("SavedVideoId", UUID)
ScriptId = NewType("ScriptId", UUID)
AnalysisId = NewType("AnalysisId", UUID)
DigestId = NewType("DigestId", UUID)
RefreshId = NewType("RefreshId", UUID)
IssueId = NewType("IssueId", UUID)
WatchId = NewType("WatchId", UUID)
EmailId = NewType("EmailId", UUID)
SubscriptionId = NewType("SubscriptionId", UUID)
TrialId = NewType("TrialId", UUID)
ConnectionId = NewType("ConnectionId", UUID)
ConsentId = NewType("ConsentId", UUID)
OwnVideoId = NewType("OwnVideoId", UUID)
UploadId = NewType("UploadId", UUID)
VideoPostId = NewType("VideoPostId", UUID)
PublicationId = NewType("PublicationId", UUID)
ImageId = NewType("ImageId", UUID)
VoiceoverId = NewType("VoiceoverId", UUID)
BrandId = NewType("BrandId", UUID)
BrandInviteId = NewType("BrandInviteId", UUID)
HashtagGroupId = NewType("HashtagGroupId", UUID)
BrandExampleId = NewType("BrandExampleId", UUID)
ApproverId = NewType("ApproverId", UUID)
ApprovalId = NewType("ApprovalId", UUID)
SeatId = NewType("SeatId", UUID)
ApprovalEventId = NewType("ApprovalEventId", UUID)
TextTemplateId = NewType("TextTemplateId", UUID)

KINDS = (
    UserId,
    SourceId,
    PostId,
    BatchId,
    DeliveryId,
    WorkId,
    HoldId,
    ChannelId,
    QueueId,
    SeriesId,
    ImportId,
    BroadcastId,
    PodcastId,
    QuestionId,
    CreatorId,
    VideoId,
    SearchId,
    LookupId,
    SavedVideoId,
    ScriptId,
    AnalysisId,
    DigestId,
    RefreshId,
    IssueId,
    WatchId,
    EmailId,
    SubscriptionId,
    TrialId,
    ConnectionId,
    ConsentId,
    OwnVideoId,
    UploadId,
    VideoPostId,
    PublicationId,
    ImageId,
    BrandId,
    BrandInviteId,
    HashtagGroupId,
    BrandExampleId,
    VoiceoverId,
    ApproverId,
    ApprovalId,
    SeatId,
    ApprovalEventId,
    TextTemplateId,
)
"""All of them, for the tables."""

SHORT_LENGTH = 22
"""Characters of a UUID in unpadded URL-safe base64."""


def new() -> UUID:
    """A fresh id. Ids made later sort later (to the millisecond), so that indexes grow at one end."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    high, low = random >> 68 & 0xFFF, random & (1 << 62) - 1
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low)


def short(value: UUID) -> str:
    """The id in 22 characters of `A-Za-z0-9_-`."""
    return base64.urlsafe_b64encode(value.bytes).rstrip(b"=").decode()


def parse_short(text: str) -> UUID:
    """The id behind `short`. Raises ValueError for anything that `short` could not have made."""
    if len(text) != SHORT_LENGTH:
        raise ValueError(f"an id has {SHORT_LENGTH} characters")
    try:
        value = UUID(bytes=base64.b64decode(text + "==", altchars=b"-_", validate=True))
    except binascii.Error as exc:
        raise ValueError("not an id") from exc
    if short(value) != text:
        raise ValueError("not an id")
    return value
