"""The menu between flows: what is begun, where the answers lead, what comes next, funding; every step on request."""

from __future__ import annotations

from assistant.coach import say
from assistant.coach.session import Session, stop_view
from assistant.coach.turns import Said
from assistant.flow.models import Stop

MENU = "menu"  # what `Said.question` is then
_ALL = 4  # guided stops up to which every one is offered at once
_FRESH = 2  # stops not looked at yet that are offered beside what is begun and what the answers lead to
_STATES = {"done": "done", "done_with_gaps": "done, with gaps", "not_looked_at": "not looked at"}


def menu(session: Session, *, every: bool = False) -> Said:
    """Where to go next, then the answers so far, the summary, and the end of the session. `every`: all the stops."""
    audience, journey = session.state.subject.audience, session.state.journey
    guided = [s for s in session.engine.flows.journey.stops if session.engine.stop_flows(s, audience)]
    offered = guided if every or len(guided) <= _ALL else _offered(session, guided)
    offered = offered if every else sorted(offered, key=lambda stop: _note(session, stop).startswith("done"))
    pairs = [(name(stop), f"/go {stop.id}") for stop in offered]
    notes = [_note(session, stop) for stop in offered]
    if len(offered) < len(guided):
        pairs.append(("Another step", "all steps"))
        notes.append("")
    if journey.answers:
        pairs += [("My answers so far", "review"), ("Write the summary", "summary")]
    pairs.append(("Stop for today", "stop"))
    return Said(
        f"**Where would you like to {'go on' if journey.flows else 'begin'}?** "
        "You can also just ask the handbook something.",
        tone="question",
        question=MENU,
        choices=say.choices(*pairs, notes=notes),
    )


def name(stop: Stop) -> str:
    """A stop as it is called: "Step 3: Identify Opportunities", "Utilise Funding"."""
    return f"Step {stop.number}: {stop.title}" if stop.number else stop.title


def _offered(session: Session, guided: list[Stop]) -> list[Stop]:
    """What is begun, where the flow finished last leads, the next steps not looked at, and what has no number."""
    states = {stop.id: stop_view(session.engine, stop, session.state, None).state for stop in guided}
    led = _led(session)
    fresh = [s.id for s in guided if s.number and states[s.id] == "not_looked_at" and s.id not in led]
    first = [s for s in guided if states[s.id] == "begun" and s.number]
    wanted = {*led, *fresh[:_FRESH]}
    return [
        *first,
        *(s for s in guided if s.id in wanted and s not in first),
        *(s for s in guided if s.number is None),
    ]


def _led(session: Session) -> list[str]:
    """The stops that the routes of the flow finished last name; the stop it belongs to is none of them."""
    journey, engine = session.state.journey, session.engine
    done = [f for f, how in journey.flows.items() if how == "done" and f in engine.flows.flows]
    if not done:
        return []
    finished = done[-1]
    own = engine.stop(finished)
    routes = engine.routes(engine.flows.flow(finished), session.state)
    targets = [engine.stop(str(route.go or route.suggest)) for route in routes]
    return [stop.id for stop in targets if stop and stop != own]


def _note(session: Session, stop: Stop) -> str:
    view = stop_view(session.engine, stop, session.state, None)
    return _STATES.get(view.state, f"{view.looked_at} of {view.questions} looked at")
