"""The pieces of a conversation as widgets. A label in words says who speaks; colour only repeats it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Markdown, Static
from textual.widgets.markdown import MarkdownStream

from assistant.coach.turns import AnswerDone, Past, Said, Source, Tone
from assistant.plain import visible

LABELS: dict[Tone, str] = {
    "coach": "Coach",
    "question": "Question",
    "reading": "How I read your reply",
    "gap": "Gap",
    "answer": "Answer from the handbook",
    "notice": "Note",
    "error": "Problem",
    "you": "You",
}
LONGEST_SHOWN = 4000  # characters of one reply on the screen; the record has all


class Entry(Vertical):
    """One piece of the conversation: its label and its words."""

    def __init__(self, tone: Tone, label: str = "") -> None:
        super().__init__(classes=f"entry -{tone}")
        self.tone: Tone = tone
        self.label = label or LABELS[tone]

    def compose(self) -> ComposeResult:
        yield Static(self.label, classes="label", markup=False)
        yield from self.words()

    def words(self) -> ComposeResult:
        """The widgets under the label."""
        yield from ()

    def again(self) -> Entry:
        """The same entry as a new widget (one that was taken away cannot be shown again)."""
        return Entry(self.tone, self.label)


class PlainEntry(Entry):
    """Words of a person, or of the app itself: shown as they are, never read as markup."""

    def __init__(self, text: str, tone: Tone = "you", label: str = "") -> None:
        super().__init__(tone, label)
        self.text = text

    def words(self) -> ComposeResult:
        text = visible(self.text)
        if len(text) > LONGEST_SHOWN:
            text = f"{text[:LONGEST_SHOWN]}\n[… {len(self.text):,} characters in all, not all shown here]"
        yield Static(text, classes="words", markup=False)

    def again(self) -> Entry:
        return PlainEntry(self.text, self.tone, self.label)


class ProseEntry(Entry):
    """Words of the coach, as Markdown."""

    def __init__(self, markdown: str, tone: Tone, sources: Sequence[Source] = (), label: str = "") -> None:
        super().__init__(tone, label)
        self.markdown = visible(markdown)
        self.sources = tuple(sources)

    @classmethod
    def of(cls, said: Said) -> ProseEntry:
        """The entry for something the coach said whole."""
        label = f"{LABELS[said.tone]} · {said.counts}" if said.counts else ""
        return cls(said.markdown, said.tone, said.sources, label)

    def words(self) -> ComposeResult:
        yield Markdown(self.markdown, classes="words", open_links=False)
        if self.sources:
            yield Static(sources_line(self.sources), classes="sources-line", markup=False)

    def again(self) -> Entry:
        return ProseEntry(self.markdown, self.tone, self.sources, self.label)


class AnswerEntry(Entry):
    """An answer that comes word by word; the checked text then takes the place of what was streamed."""

    def __init__(self, calm: bool) -> None:
        super().__init__("answer", f"{LABELS['answer']} · being written")
        self._calm = calm
        self._held = ""
        self._stream: MarkdownStream | None = None
        self.text = ""
        self.sources: tuple[Source, ...] = ()
        self.open = True
        self._found = False  # what stands there was found and is being checked

    def words(self) -> ComposeResult:
        yield Markdown(classes="words", open_links=False)

    async def found(self, markdown: str) -> None:
        """Show the closest words while they are checked."""
        self._found, self.text = True, visible(markdown)
        self._call_it(f"{LABELS['answer']} · closest words, being checked")
        await self.query_one(Markdown).update(self.text)

    async def write(self, words: str) -> None:
        """Add words as they come (whole sentences when the app is calm); the first take the place of words found."""
        if not self.open:
            return
        if self._found:
            self._found, self.text = False, ""
            self._call_it(f"{LABELS['answer']} · being written")
            await self.query_one(Markdown).update("")
        self.text += words
        self._held += visible(words)
        if self._calm and not self._held.rstrip(" ").endswith((".", "!", "?", "\n")):
            return
        if self._stream is None:
            self._stream = Markdown.get_stream(self.query_one(Markdown))
        held, self._held = self._held, ""
        await self._stream.write(held)

    async def stop(self) -> None:
        """The person stopped it: what has come stays, marked as stopped."""
        await self._end(f"{LABELS['answer']} · stopped by you, not finished")

    async def fail(self) -> None:
        """The answer broke off."""
        await self._end(f"{LABELS['answer']} · broken off")

    async def finish(self, done: AnswerDone) -> None:
        """Put the checked text in the place of the streamed one."""
        label = "not in the handbook" if done.abstained else ""
        label = "stopped by you, not finished" if done.stopped else label
        whose = "Answer from your own documents" if done.own else LABELS["answer"]
        await self._end(f"{whose} · {label}" if label else whose)
        self.set_class(done.abstained, "-abstained")
        if not self._found or self.text != visible(done.markdown):
            self.text = visible(done.markdown)
            await self.query_one(Markdown).update(self.text)
        self.sources = done.sources
        if done.sources:
            await self.mount(Static(sources_line(done.sources), classes="sources-line", markup=False))

    def again(self) -> Entry:
        return ProseEntry(self.text, "answer", self.sources, self.label)

    async def _end(self, label: str) -> None:
        self.open = False
        stream, self._stream = self._stream, None
        if stream is not None:
            if self._held:
                await stream.write(self._held)
                self._held = ""
            await stream.stop()
        self._call_it(label)

    def _call_it(self, label: str) -> None:
        self.label = label
        self.query_one(".label", Static).update(label)

    async def on_unmount(self) -> None:
        if self._stream is not None:
            stream, self._stream = self._stream, None
            await stream.stop()


def sources_line(sources: Sequence[Source]) -> str:
    """The sources of an answer in one line of words."""
    return "Sources: " + "; ".join(f"[{s.n}] {visible(s.title)}" for s in sources) + " (F3)" if sources else ""


def entries_of(past: Past) -> list[Widget]:
    """The entries of one earlier exchange, in the order in which it was said."""
    if past.kind == "digression":
        return [PlainEntry(past.you), ProseEntry(past.coach, "answer", past.sources)]
    return [ProseEntry(past.coach, "question", past.sources), PlainEntry(past.you)]
