"""What made-up creators say, in the languages of their regions."""

LANGUAGES = {"US": "en", "GB": "en", "IN": "en", "DE": "de", "MX": "es", "ES": "es"}

_CAPTIONS = {
    "en": (
        "3 {topic} mistakes everyone makes",
        "I tried {topic} every day for a month. Here is what happened",
        "Nobody tells beginners this about {topic}",
        "Stop doing this if you care about {topic}",
        "{topic} in 30 seconds: the part that matters",
        "The {topic} trick I wish I had known at 20",
        "Is {topic} worth it in 2026? My honest answer",
        "POV: you finally understand {topic}",
        "What $10 and one hour of {topic} gets you",
        "Reading your worst {topic} advice",
    ),
    "de": (
        "3 Fehler bei {topic}, die fast alle machen",
        "Einen Monat lang jeden Tag {topic}: das ist passiert",
        "Das sagt dir am Anfang niemand über {topic}",
        "{topic} in 30 Sekunden erklärt",
        "Lohnt sich {topic} noch? Meine ehrliche Antwort",
    ),
    "es": (
        "3 errores de {topic} que todos cometen",
        "Un mes entero con {topic}: esto pasó",
        "Lo que nadie te cuenta sobre {topic}",
        "{topic} en 30 segundos: lo que importa",
        "¿Vale la pena {topic} en 2026? Mi respuesta",
    ),
}
_SCRIPTS = {
    "en": (
        "{caption}.",
        "Most people start with {topic} the wrong way round.",
        "First, keep it small: ten minutes, not two hours.",
        "Second, write down what you did, because you will forget it.",
        "Third, change one thing at a time.",
        "I did all three for a month and the difference was obvious.",
        "Which one will you try? Tell me in the comments, and follow for part two.",
    ),
    "de": (
        "{caption}.",
        "Die meisten fangen mit {topic} verkehrt herum an.",
        "Erstens: klein anfangen, zehn Minuten statt zwei Stunden.",
        "Zweitens: aufschreiben, was man gemacht hat.",
        "Drittens: immer nur eine Sache ändern.",
        "Was probierst du zuerst? Schreib es in die Kommentare.",
    ),
    "es": (
        "{caption}.",
        "Casi todos empiezan con {topic} al revés.",
        "Primero: poco a poco, diez minutos y no dos horas.",
        "Segundo: apunta lo que has hecho.",
        "Tercero: cambia solo una cosa cada vez.",
        "¿Cuál vas a probar? Cuéntamelo en los comentarios.",
    ),
}
_REPEATED_IN_LONG = 6


def caption_of(topic: str, language: str, draw: float) -> str:
    """`draw` from 0 to below 1 picks one."""
    captions = _CAPTIONS[language]
    said = captions[int(draw * len(captions))].format(topic=topic)
    return f"{said[0].upper()}{said[1:]} #{topic.replace(' ', '')} #sample"


def script_of(topic: str, language: str, draw: float, *, long: bool) -> tuple[str, ...]:
    caption = caption_of(topic, language, draw).partition(" #")[0]
    first, *middle, last = (line.format(topic=topic, caption=caption) for line in _SCRIPTS[language])
    return (first, *(middle * (_REPEATED_IN_LONG if long else 1)), last)
