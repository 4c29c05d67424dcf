"""The statements of service.sql by name."""

from dataclasses import dataclass
from pathlib import Path

from storage.queries import load

SOURCE = Path(__file__).with_name("service.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceQueries:
    """The text of each statement about what the service keeps."""

    issue_token: str
    tokens: str
    revoke_token: str
    token_of: str
    make_login_link: str
    spend_login_link: str
    forget_login_link: str
    posts_page: str
    retention: str
    accounts_retention: str
    retention_of: str
    keep_for: str
    adopt_retention: str
    want_for: str
    want_all: str
    suppose_retention: str
    doomed_channels: str
    doomed_posts: str
    has_house: str
    identity: str
    server_version: str
    create_reader: str
    let_in_reader: str
    schema_removals: str


service_sql = load(SOURCE.read_text(encoding="utf-8"), ServiceQueries)
