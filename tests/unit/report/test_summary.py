"""Stories of the summary: what was said is quoted, what is missing is kept apart, and nothing typed becomes markup."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from assistant.errors import RecordError, UsageError
from assistant.flow.engine import Engine
from assistant.record.events import (
    ActionNoted,
    Added,
    Answered,
    Asked,
    Digressed,
    Entered,
    Event,
    Finished,
    Rated,
    SetAside,
    Skipped,
)
from assistant.record.state import Action, Citation, Criterion, Evidence, Rating, SkipReason, State, Subject
from assistant.report.blocks import Bullets, Document, Heading, Paragraph, Quote, Strong, Table
from assistant.report.markdown import markdown
from assistant.report.summary import summary
from assistant.report.write import summary_path, write_summary

Told = Callable[[Sequence[Event]], State]
TODAY = date(2026, 3, 2)


def rated(question: str, rating: Rating, said: str = "so it is", flow: str = "step-1") -> Event:
    return Answered(flow=flow, question=question, said=said, rating=rating, rated_by="coach")


def skipped(question: str, reason: SkipReason, said: str, flow: str = "step-1") -> Event:
    return Skipped(flow=flow, question=question, reason=reason, said=said)


def written(state: State, engine: Engine) -> str:
    return markdown(summary(state, engine, TODAY))


def section(text: str, title: str) -> str:
    """What stands under a heading of the second level."""
    found = re.search(rf"^## {re.escape(title)}\n\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert found, f"no section {title!r}"
    return found[1]


def test_it_says_whom_it_is_about_and_of_when_it_is(engine: Engine, told: Told) -> None:
    text = written(told([]), engine)
    assert text.startswith("# Summary: Aurora Food Cluster\n\n**2 March 2026**")
    assert "cluster organisation, Finland" in text


def test_counts_are_counts_and_never_a_mark(engine: Engine, told: Told) -> None:
    state = told([rated("s1-need", "yes"), rated("s1-aims", "partly"), rated("r-staff", "no", flow="readiness")])
    standing = section(written(state, engine), "Where you stand")
    assert "| Step 1: Why? | 2 of 3 | 1 | 1 | 0 | 1 |" in standing
    assert "| Step 2: Assess Readiness, Readiness questions (our own questions) | 1 of 2 | 0 | 0 | 1 | 1 |" in standing
    assert "the handbook can be asked, about: Step 3: Identify Opportunities" in standing
    assert "%" not in standing


def test_what_was_said_is_quoted_with_the_rating_and_who_set_it(engine: Engine, told: Told) -> None:
    state = told(
        [
            Answered(
                flow="step-1",
                question="s1-need",
                said="Yes: buyers in Poland asked.\nTwice.",
                rating="yes",
                rated_by="coach",
                criteria=(Criterion(id="named", met=True, quote="buyers in Poland asked"),),
            ),
            Added(question="s1-need", said="see the minutes of 3 May", about="evidence"),
            Rated(question="s1-need", rating="partly", said="/partly"),
            rated("s1-aims", "yes", "they are"),
            Answered(flow="step-1", question="s1-go", said="1", choice="go"),
        ]
    )
    said = section(written(state, engine), "What you said")
    assert (
        "**Is there a need?**\n\n> Yes: buyers in Poland asked.\\\n> Twice.\n\nYou added:\n\n> see the minutes" in said
    )
    assert "Counts as **partly** (as you said; the coach had read it as “yes”)" in said
    assert "- **said**: a need is named: “buyers in Poland asked”" in said
    assert "**Are the aims in order?** *(our own question, not one of the handbook)*" in said
    assert "Counts as **yes** (as the coach read it)" in said
    assert "**Do you go on?**\n\nYou chose: **Yes, on we go**" in said
    assert "/partly" not in said


def test_evidence_gaps_and_actions_each_have_their_place(engine: Engine, told: Told) -> None:
    minutes = Evidence(kind="document", text="minutes", quote="the minutes of 3 May")
    state = told(
        [
            Answered(flow="step-1", question="s1-need", said="no", rating="no", rated_by="coach", evidence=(minutes,)),
            rated("s1-aims", "partly"),
            ActionNoted(
                action=Action(
                    id="a1", question="s1-aims", what="Order | the aims", owner="Anna", cites=("step-1/aims",)
                )
            ),
        ]
    )
    text = written(state, engine)
    assert "| minutes | document | “the minutes of 3 May” | Is there a need? |" in section(text, "Evidence")
    gaps = section(text, "Gaps")
    assert "- after the TACTICS handbook (2012), Step 1: Why? (tools survey)\n" in gaps
    assert "- after the TACTICS handbook (2012), Case 15\n" in gaps
    assert gaps.count("No action has been noted") == 1
    row = r"| Order \| the aims | Anna | not decided | Are the aims in order? | after the TACTICS handbook (2012), "
    assert row + "Step 1: Why? | open |" in section(text, "Actions")


def test_asked_and_nothing_not_applicable_and_not_asked_are_never_merged(engine: Engine, told: Told) -> None:
    state = told(
        [
            skipped("s1-need", "dont_know", "no idea"),
            skipped("s1-aims", "not_applicable", "we have no members"),
            rated("r-staff", "yes", flow="readiness"),
            SetAside(question="r-staff", because="the answer to s1-need changed"),
        ]
    )
    text = written(state, engine)
    missing = section(text, "What was not answered")
    parts = re.split(r"^### ", missing, flags=re.M)
    assert "- Step 1: Why?: Is there a need? (you did not know) “no idea”" in parts[1]
    assert "- Step 2: Assess Readiness: Is there staff? (to be asked again)" in parts[1]
    assert parts[2].startswith("Does not apply\n\n- Step 1: Why?: Are the aims in order? “we have no members”")
    assert "- Step 1: Why?: Do you go on?" in parts[3]
    assert "- Utilise Funding: all 1 questions" in parts[3]
    assert "To be asked again, because the answer to s1-need changed." in section(text, "What you said")


def test_questions_to_the_handbook_keep_their_answer_and_sources(engine: Engine, told: Told) -> None:
    cited = Citation(
        section="case-20", passage="case-20/figures#2", title="Case 20: Innovation Express", quote="Our words."
    )
    state = told(
        [
            Digressed(asked="How much?", answer="Up to a limit [1].", citations=(cited,)),
            Digressed(asked="When is it paid?", answer="", abstained=True),
        ]
    )
    text = written(state, engine)
    asked = section(text, "What you asked the handbook")
    assert (
        "**How much?**\n\nUp to a limit \\[1\\].\n\n1. after the TACTICS handbook (2012), Case 20: Innovation" in asked
    )
    assert "**When is it paid?**\n\n*The coach found no answer to this in the handbook.*" in asked
    assert "- TACTICS handbook (2012), Case 20: Innovation Express" in section(text, "Sources")


def test_what_next_comes_from_the_flows_and_says_what_is_our_advice(engine: Engine, told: Told) -> None:
    both = [Entered(flow="step-1"), rated("s1-need", "yes"), rated("s1-aims", "yes"), Finished(flow="step-1")]
    following = section(written(told([*both, Asked(flow="readiness", question="r-staff")]), engine), "What next")
    assert "- The coach waits at: **Is there staff?**" in following
    assert "- All is met; Step 2 comes next.\n" in following
    assert "Utilise Funding goes along with every step" in following
    open_gap = section(written(told([*both[:2], rated("s1-aims", "no"), both[3]]), engine), "What next")
    assert "- Close the gap first. *(our advice; the handbook has no rule for this)*" in open_gap
    assert "Step 2 comes next" not in open_gap


def test_answers_to_questions_that_a_newer_flow_dropped_are_not_lost(engine: Engine, told: Told) -> None:
    said = section(written(told([rated("s0-gone", "yes", "we did")]), engine), "What you said")
    assert "Answers to questions that are not asked any more\n\n**s0-gone**\n\n> we did" in said


HOSTILE = [
    "| a | b |\n|---|---|",
    "# heading\n## again\n***",
    "under\n===",
    "under\n---",
    "<script>alert(1)</script> <b>x</b> <!-- --> &lt; &#60;",
    "[x](javascript:alert(1)) ![y](z) [1]: http://x.y <http://a.b>",
    "[/markup] <|im_end|> {{x}} ${x} $x$",
    "`code` ```\nfence\n``` ~~~\nx\n~~~",
    "*a* _b_ **c** __d__ ~~e~~ \\* \\",
    "- item\n+ item\n* item\n1. one\n2) two\n> quote",
    "    indented\n\tcode",
    "a\n\n\n\nb  \nc\\\nd",
    "tail\\",
]


@pytest.mark.parametrize("said", HOSTILE)
def test_nothing_a_person_types_becomes_markup(engine: Engine, told: Told, said: str) -> None:
    def record(words: str) -> State:
        answer = Answered(
            flow="step-1",
            question="s1-need",
            said=words,
            rating="no",
            rated_by="coach",
            criteria=(Criterion(id="named", met=False, quote=words),),
            evidence=(Evidence(kind="other", text=words, quote=words),),
        )
        cited = Citation(section="case-1", passage="case-1/x", title=words, quote=words)
        state = told(
            [
                answer,
                skipped("s1-aims", "not_applicable", words),
                ActionNoted(action=Action(id="a", question=None, what=words, owner=words, due=words)),
                Digressed(asked=words, answer=words, citations=(cited,)),
            ]
        )
        return state.model_copy(update={"subject": Subject(organisation=words, audience="network", country=words)})

    def shape(words: str) -> list[str]:
        tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(written(record(words), engine))
        kinds = [kind for token in tokens for kind in (token.type, *(child.type for child in token.children or []))]
        plain = {"text", "softbreak", "hardbreak", "paragraph_open", "paragraph_close", "inline", "text_special"}
        return [kind for kind in kinds if kind not in plain]

    assert shape(said) == shape("harmless words")


def test_typed_words_are_read_back_as_they_were() -> None:
    chance = random.Random(5)
    page = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for _ in range(400):
        said = "".join(chance.choices("ab1 .)#>-+=*_`~[]()<>&|\\!:;$\n\"'é", k=chance.randrange(1, 40)))
        html = page.render(
            markdown(Document((Quote(said), Paragraph((Strong("q"), " ", said)), Table(("h",), ((said,),)))))
        )
        shown = unescape(re.sub(r"</?(?:p|blockquote|br|strong|table|thead|tbody|tr|th|td)(?: /)?>", "\n", html))
        words = said.split()
        assert shown.split() == [*words, "q", *words, "h", *words], said


def test_what_looks_like_a_code_for_a_sign_stays_as_typed() -> None:
    html = MarkdownIt("commonmark").render(markdown(Document((Quote("R&D &lt;b&gt; &#60;"),))))
    assert "R&amp;D &amp;lt;b&amp;gt; &amp;#60;" in html


def test_every_block_has_a_form() -> None:
    blocks = (Heading(2, "1. a"), Paragraph(("- b",)), Bullets((("c",), ("d",)), numbered=True), Quote("e\n\nf"))
    assert markdown(Document(blocks)) == "## 1\\. a\n\n\\- b\n\n1. c\n2. d\n\n> e\n>\n> f\n"


def test_the_summary_lands_beside_the_record_and_never_on_one(tmp_path: Path, engine: Engine, told: Told) -> None:
    record = tmp_path / "aurora.yaml"
    record.write_text("the record")
    path = write_summary(record, told([]), engine, today=TODAY)
    assert path == summary_path(record) == tmp_path / "aurora.summary.md"
    assert path.read_text(encoding="utf-8").startswith("# Summary")
    with pytest.raises(UsageError, match="name of a record"):
        write_summary(record, told([]), engine, today=TODAY, out=record)
    with pytest.raises(UsageError, match="only be written to a file"):
        write_summary(record, told([]), engine, today=TODAY, out=tmp_path)
    with pytest.raises(RecordError, match="no such folder"):
        write_summary(record, told([]), engine, today=TODAY, out=tmp_path / "none" / "x.md")
    assert record.read_text() == "the record"
