"""Add the tables of story leads, with the present ones, and of articles that 0.3 merged.
0.3 published those of a story as one entry."""

from alembic import op

from syndicator.store import schema

revision = "0012"
down_revision: str | None = "0011"


def upgrade() -> None:
    for table in (schema.folded, schema.story_leads):
        table.create(op.get_bind(), checkfirst=True)
    op.execute(
        "INSERT INTO story_leads (story, article, due) SELECT story_members.story, max(members.id),"
        " false FROM members JOIN story_members ON story_members.article = members.id WHERE"
        " members.axis = 'story' GROUP BY story_members.story"
    )
