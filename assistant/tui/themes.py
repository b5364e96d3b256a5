"""The two colour themes of the app. Colours only repeat what a word on the screen says."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="journey-dark",
    primary="#7cb7ff",
    secondary="#c3a6ff",
    accent="#ffd166",
    warning="#ffb86b",
    error="#ff8f8f",
    success="#7ddc9b",
    foreground="#e8eaf0",
    background="#12151c",
    surface="#191d27",
    panel="#232936",
    dark=True,
    variables={
        "block-cursor-text-style": "none",
        "block-cursor-background": "#2b3d5e",
        "block-cursor-foreground": "#ffffff",
        "footer-key-foreground": "#ffd166",
        "border-blurred": "#3a4356",
    },
)

LIGHT = Theme(
    name="journey-light",
    primary="#0b5cad",
    secondary="#6b3fa0",
    accent="#8a5a00",
    warning="#9a4b00",
    error="#a8201a",
    success="#17663a",
    foreground="#1a1d24",
    background="#fbfaf6",
    surface="#f2f0e9",
    panel="#e6e3d9",
    dark=False,
    variables={
        "block-cursor-text-style": "none",
        "block-cursor-background": "#cadcf2",
        "block-cursor-foreground": "#10131a",
        "footer-key-foreground": "#7a4f00",
        "border-blurred": "#b9b4a5",
    },
)

THEMES = (DARK, LIGHT)
