"""What the randomiser draws from: homes, jobs, looks and registers, each coherent in itself."""

from __future__ import annotations

from dataclasses import dataclass

from gator_engine.domain.personas import Pillar, Tone, Voice


@dataclass(frozen=True)
class Home:
    """A place with the names, languages and complexions one commonly meets there."""

    place: str
    languages: tuple[str, ...]
    her_names: tuple[str, ...]
    his_names: tuple[str, ...]
    last_names: tuple[str, ...]
    skins: tuple[str, ...]


@dataclass(frozen=True)
class Job:
    """A job: the age at which training for it ends, and the years of practice one writes from."""

    title: str
    noun: str
    handle: str
    trained_at: int
    years: int
    training: str
    bio: str
    clothes: str
    features: tuple[str, ...]
    words: tuple[str, ...]
    hashtag: str
    pillars: tuple[Pillar, ...]


@dataclass(frozen=True)
class Look:
    """How the pictures look, and what is worn on a day off."""

    style: str
    camera: str
    lighting: str
    clothes: str
    palette: tuple[str, ...]


HOMES = (
    Home(
        "Porto, Portugal", ("pt",), ("Inês", "Marta", "Rita"), ("Tiago", "Duarte", "Nuno"),
        ("Almeida", "Carvalho", "Neves"), ("olive skin", "light brown skin"),
    ),
    Home(
        "Gdańsk, Poland", ("pl",), ("Zofia", "Hania", "Ewa"), ("Marek", "Kuba", "Piotr"),
        ("Nowak", "Lis", "Wrona"), ("fair skin", "pale skin with freckles"),
    ),
    Home(
        "Accra, Ghana", (), ("Abena", "Efua", "Akosua"), ("Kofi", "Kwame", "Yaw"),
        ("Mensah", "Boateng", "Asante"), ("deep brown skin", "dark brown skin"),
    ),
    Home(
        "Osaka, Japan", ("ja",), ("Yui", "Haruka", "Naomi"), ("Kenta", "Sora", "Hiroshi"),
        ("Tanaka", "Mori", "Fujita"), ("light skin", "light golden skin"),
    ),
    Home(
        "Oaxaca, Mexico", ("es",), ("Lucía", "Ximena", "Paloma"), ("Diego", "Andrés", "Mateo"),
        ("Vargas", "Santos", "Luna"), ("warm brown skin", "olive skin"),
    ),
    Home(
        "Pune, India", ("hi", "mr"), ("Asha", "Meera", "Kavya"), ("Rohan", "Arjun", "Nikhil"),
        ("Kulkarni", "Joshi", "Patil"), ("medium brown skin", "brown skin"),
    ),
    Home(
        "Bergen, Norway", ("nb",), ("Ingrid", "Solveig", "Tuva"), ("Lars", "Eirik", "Jonas"),
        ("Dahl", "Haugen", "Lie"), ("fair skin", "ruddy fair skin"),
    ),
    Home(
        "Montréal, Canada", ("fr",), ("Camille", "Noémie", "Aïcha"), ("Étienne", "Malik", "Hugo"),
        ("Tremblay", "Benali", "Roy"), ("fair skin", "light brown skin", "brown skin"),
    ),
)  # fmt: skip

JOBS = (
    Job(
        "bicycle mechanic", "mechanic", "turns", 20, 2, "Learnt the trade in a corner workshop",
        "Bearings, spokes, and rides that end at a bakery.", "dark apron over a grey work shirt",
        ("chain grease on the knuckles", "rolled trouser leg"), ("true the wheel", "spare tube"),
        "#bikelife",
        (
            Pillar("Repairs", 3, "One fault and its fix", ("The squeak that was a saddle",)),
            Pillar("Rides", 2, "A route and where it stops for cake", ("The canal loop",)),
        ),
    ),
    Job(
        "secondary-school physics teacher", "teacher", "asks", 25, 2,
        "Studied physics and then teaching", "Big questions, cheap apparatus.",
        "corduroy jacket over a plain shirt", ("chalk dust on the sleeve",),
        ("because", "roughly", "measure it"), "#physics",
        (
            Pillar("Questions", 3, "A question answered with a kitchen experiment", ("Why ice",)),
            Pillar("Sums", 1, "An estimate on the back of an envelope", ("Rain on a roof",)),
        ),
    ),
    Job(
        "architect", "architect", "draws", 28, 3, "Studied architecture and passed the board exams",
        "Small houses, old walls, good windows.", "black roll-neck and dark wool trousers",
        ("pencil behind the ear", "round black glasses"), ("daylight", "reuse", "section"),
        "#architecture",
        (
            Pillar("Details", 3, "One joint, sill or stair", ("A handrail that fits the hand",)),
            Pillar("Walks", 2, "A building worth a detour", ("The library by the station",)),
        ),
    ),
    Job(
        "baker", "baker", "proves", 20, 2, "Finished an apprenticeship in a village bakery",
        "Up at three, asleep by nine.", "white baker's jacket dusted with flour",
        ("flour on the forearm",), ("crumb", "proof", "crust"), "#sourdough",
        (
            Pillar("Loaves", 3, "One bread and what it asks for", ("Rye in winter",)),
            Pillar("Night shift", 1, "What the street looks like at four", ("First tram",)),
        ),
    ),
    Job(
        "marine biologist", "biologist", "tides", 29, 2, "Took a doctorate on kelp forests",
        "Rock pools, data, wet socks.", "navy waterproof jacket and rubber boots",
        ("salt-bleached wristband", "wind-burnt cheeks"), ("tide table", "sample", "evidence"),
        "#ocean",
        (
            Pillar("Species", 3, "One animal and how it makes a living", ("The limpet goes home",)),
            Pillar("Fieldwork", 2, "What a day of counting is like", ("Forty squares of mud",)),
        ),
    ),
    Job(
        "furniture restorer", "restorer", "mends", 22, 3, "Trained with a cabinet maker",
        "Old chairs, hide glue, patience.", "leather apron over a checked shirt",
        ("sawdust in the eyebrows", "pencil stub in a pocket"), ("grain", "shellac", "joint"),
        "#restoring",
        (
            Pillar("Second lives", 3, "One piece, before and after", ("The three-legged stool",)),
            Pillar("Tools", 1, "A tool older than its owner", ("A plane from 1912",)),
        ),
    ),
)  # fmt: skip

LOOKS = (
    Look(
        "natural lifestyle photograph", "35mm lens, eye level", "soft window light",
        "cream knitted jumper and straight jeans", ("cream", "indigo"),
    ),
    Look(
        "documentary photograph", "28mm lens, close and candid", "overcast daylight",
        "olive field jacket over a white t-shirt", ("olive", "stone grey"),
    ),
    Look(
        "magazine portrait photograph", "85mm lens, three-quarter view", "late afternoon sun",
        "rust linen shirt and dark trousers", ("rust", "sand"),
    ),
)  # fmt: skip
HAIR = (
    "short dark hair", "shoulder-length brown hair", "long black hair in a plait",
    "curly auburn hair", "close-cropped black hair", "wavy dark blond hair",
)  # fmt: skip
HAIR_LATER = ("short grey hair", "silver hair tied back", "white curls", "salt-and-pepper hair")
EYES = ("brown eyes", "dark brown eyes", "hazel eyes", "green eyes", "grey eyes")
REGISTERS = (
    Voice(register="plain and warm", tone=Tone(75, 45, 30, 45)),
    Voice(register="dry and precise", tone=Tone(45, 60, 45, 40)),
    Voice(register="lively and curious", tone=Tone(70, 60, 20, 80)),
    Voice(register="calm and exact", tone=Tone(55, 30, 70, 25)),
)
PALETTES = (
    ("#2B2D42", "#E07A5F", "#F4D8B0", "#81B29A"),
    ("#14213D", "#FCA311", "#E5E5E5", "#3A86FF"),
    ("#22333B", "#5E7C6B", "#C8553D", "#F2E9DC"),
    ("#1E3A2F", "#B5835A", "#F5EBDD", "#6C9A8B"),
)
