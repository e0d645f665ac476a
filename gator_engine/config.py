"""Settings: one class, one prefix (`GATOR_`), one documented table (docs/settings.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from zoneinfo import available_timezones

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gator_engine.errors import ConfigError


class Settings(BaseSettings):
    """Everything about an installation that is not data; read from `GATOR_*` and a `.env` file."""

    model_config = SettingsConfigDict(
        env_prefix="GATOR_", env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    home: Path = Field(Path("data"), description="Folder that holds everything Gator stores.")
    database_url: str = Field(
        "", description="SQLAlchemy URL; empty means SQLite (WAL) inside the home folder."
    )
    redis_url: str = Field(
        "", description="Redis to use; empty means `make run` starts its own under the home folder."
    )
    host: str = Field("127.0.0.1", description="Address the web app binds to.")
    port: int = Field(8501, ge=1, le=65535, description="First port to try; next free one is used.")
    public_url: str = Field(
        "", description="Base URL people and platforms reach the web app at; empty means local."
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="Signs links and encrypts credentials; empty means a key file (0600) in home.",
    )
    timezone: str = Field("UTC", description="Default time zone (IANA name) of new accounts.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least severe level that is logged."
    )
    log_format: Literal["console", "json"] = Field("console", description="How log lines look.")
    publish_workers: int = Field(2, ge=1, le=64, description="Forking workers for publishing.")
    default_workers: int = Field(
        1, ge=1, le=64, description="Forking workers for metrics, words and housekeeping."
    )
    render_workers: int = Field(1, ge=1, le=16, description="Forking workers for rendering videos.")
    gpu_workers: int = Field(
        1, ge=0, le=16, description="Generation workers that keep a model warm, one per device."
    )
    devices: str = Field(
        "auto",
        description="Devices of the generation workers, such as cuda:0,cuda:1 or cpu; auto: one"
        " worker per GPU found, and at least GATOR_GPU_WORKERS.",
    )
    worker_memory_mb: int = Field(
        0,
        ge=0,
        description="Memory in MiB above which a generation worker ends after its job and a fresh"
        " one takes over; 0: four fifths of the machine's memory.",
    )
    model_cache_mb: int = Field(
        0,
        ge=0,
        description="Weights kept loaded between jobs, in MiB; 0: most of a GPU's memory, or half"
        " of the main memory.",
    )
    batch: int = Field(
        0,
        ge=0,
        le=64,
        description="Pictures made in one pass, also of several briefs; 0: one on a CPU, as many as"
        " fit on a GPU.",
    )
    speed: str = Field(
        "",
        description="Switches of the speed plan to override, such as"
        " compile_blocks=on,step_cache=first_block; see docs/performance.md.",
    )
    dispatch_interval_s: float = Field(
        1.0,
        ge=0.05,
        le=60,
        description="Seconds between two looks of the dispatcher at what is due.",
    )
    lease_s: float = Field(
        60.0,
        ge=1,
        le=3600,
        description="Seconds a worker holds a job or delivery without heartbeat.",
    )
    grace_s: float = Field(
        3600.0, ge=1, description="Seconds a delivery may be late before it counts as missed."
    )
    max_attempts: int = Field(8, ge=1, le=100, description="Tries of a delivery before it fails.")
    http_timeout_s: float = Field(
        20.0, ge=0.1, le=600, description="Seconds to wait for a platform or provider to answer."
    )
    max_upload_mb: int = Field(50, ge=1, le=4096, description="Largest accepted upload, in MiB.")
    max_image_megapixels: float = Field(
        64.0, gt=0, description="Largest accepted picture, in megapixels (decompression bombs)."
    )
    max_media_mb: int = Field(
        500, ge=1, le=65_536, description="Largest accepted film or sound, in MiB."
    )
    max_media_minutes: float = Field(
        180.0, gt=0, le=1440, description="Longest accepted film or sound, in minutes."
    )
    require_alt_text: bool = Field(
        True, description="Refuse to schedule pictures without a description for blind people."
    )
    allow_private_urls: bool = Field(
        False, description="Let user-given URLs point into private networks (SSRF guard off)."
    )
    media_url_ttl_s: int = Field(3600, ge=1, description="Seconds a signed media link stays valid.")
    sandbox_port: int = Field(
        8590, ge=1, le=65535, description="First port to try for the local sandbox network."
    )
    sandbox_url: str = Field(
        "",
        description="Address of a running sandbox network; empty means the one `make run` starts.",
    )
    llm_base_url: str = Field(
        "",
        description="OpenAI-compatible endpoint for captions, such as http://localhost:11434/v1.",
    )
    llm_api_key: SecretStr = Field(
        SecretStr(""), description="Key for that endpoint, if it wants one."
    )
    llm_model: str = Field("", description="Model name to ask that endpoint for.")
    texts_at_once: int = Field(
        4,
        ge=1,
        le=6,
        description="Versions of a text to ask for at the same time; 1 for a server that answers"
        " one at a time.",
    )
    image_model: str = Field(
        "",
        description="diffusers model for pictures: a local folder or a hub id; empty: the best"
        " licence-clean one that is installed.",
    )
    image_api_url: str = Field(
        "",
        description="OpenAI-compatible images service, such as https://api.openai.com/v1.",
    )
    image_api_key: SecretStr = Field(
        SecretStr(""), description="Key for that service, if it wants one."
    )
    image_api_model: str = Field("", description="Model name to ask that service for.")
    image_api_sizes: str = Field(
        "1024x1024,1536x1024,1024x1536",
        pattern=r"^(any|[1-9]\d{1,4}x[1-9]\d{1,4}(,[1-9]\d{1,4}x[1-9]\d{1,4})*)$",
        description="Picture sizes that service takes, with commas; `any` when it takes all.",
    )
    image_api_takes_seed: bool = Field(
        False, description="Whether that service knows the field `seed` (OpenAI's own does not)."
    )
    image_timeout_s: float = Field(
        180.0, ge=1, le=3600, description="Seconds to wait for a remote picture service to answer."
    )
    video_model: str = Field(
        "",
        description="diffusers model for videos: a local folder or a hub id; empty: the best"
        " licence-clean one that is installed.",
    )
    runway_api_key: SecretStr = Field(
        SecretStr(""), description="Key of Runway's API, which makes videos; empty: not used."
    )
    runway_url: str = Field(
        "https://api.dev.runwayml.com", description="Address of Runway's API, or of one like it."
    )
    runway_model: str = Field(
        "gen4.5", description="Model to ask Runway for where a brief names none."
    )
    runway_poll_s: float = Field(
        5.0,
        ge=0.05,
        le=60,
        description="Seconds between two looks at a running task; Runway wants 5 at least.",
    )
    comfyui_url: str = Field(
        "", description="Address of a ComfyUI server, such as http://127.0.0.1:8188."
    )
    comfyui_key: SecretStr = Field(
        SecretStr(""), description="Bearer token for a ComfyUI server behind a proxy, if any."
    )
    comfyui_workflows: Path = Field(
        Path("workflows"),
        description="Folder with ComfyUI workflows (API format); relative to the home folder.",
    )
    edit_model: str = Field(
        "",
        description="diffusers model that edits pictures in words; empty: the one for pictures if"
        " it can, else the best licence-clean one that is installed.",
    )
    control_model: str = Field(
        "",
        description="ControlNet that belongs to the picture model: a folder or hub id.",
    )
    depth_model: str = Field(
        "",
        description="transformers model that finds depth in pictures: a folder or hub id.",
    )
    upscale_model: str = Field(
        "",
        description="Swin2SR model that enlarges pictures: a folder or hub id.",
    )
    identity_model: str = Field(
        "",
        description="CLIP, SigLIP or DINOv2 model that measures likeness: a folder or hub id.",
    )
    speech_api_url: str = Field(
        "",
        description="OpenAI-compatible speech service, such as http://localhost:8880/v1.",
    )
    speech_api_key: SecretStr = Field(
        SecretStr(""), description="Key for that speech service, if it wants one."
    )
    speech_api_model: str = Field("", description="Model name to ask that speech service for.")
    speech_api_voices: str = Field(
        "alloy", description="Voices of that speech service, with commas; it does not tell them."
    )
    elevenlabs_api_key: SecretStr = Field(
        SecretStr(""), description="Key for ElevenLabs, if its voices are to be used."
    )
    elevenlabs_url: str = Field(
        "https://api.elevenlabs.io", description="Address of ElevenLabs (or a stand-in)."
    )
    elevenlabs_model: str = Field(
        "eleven_multilingual_v2", description="Model to ask ElevenLabs for."
    )
    models_dir: Path = Field(
        Path(), description="Folder of models beside the hub's cache; empty means home/models."
    )
    hub_url: str = Field(
        "", description="Model hub to download from; empty means Hugging Face (or HF_ENDPOINT)."
    )
    memory_mode: Literal[
        "auto", "on_device", "model_offload", "group_offload", "sequential_offload"
    ] = Field("auto", description="Where a picture model's weights stay; see docs/models.md.")
    quantise: Literal["auto", "none", "nf4"] = Field(
        "auto", description="4-bit weights: auto only where nothing quicker fits (needs CUDA)."
    )
    working_memory_gb: float = Field(
        3.0, ge=0, le=64, description="GiB to keep free beside a picture model's weights."
    )
    rating_model: str = Field(
        "",
        description="Folder of a transformers image classifier that rates pictures; empty: none.",
    )
    rating_labels: dict[str, Literal["general", "suggestive", "mature", "explicit"]] = Field(
        {},
        description="JSON: which rating each of that classifier's labels means.",
    )
    text_rating_model: str = Field(
        "",
        description="Folder of a transformers text classifier that rates words; empty: none.",
    )
    text_rating_labels: dict[str, Literal["general", "suggestive", "mature", "explicit"]] = Field(
        {},
        description="JSON: which rating each of that text classifier's labels means.",
    )
    require_ratings: bool = Field(
        False,
        description="Refuse to schedule files without a rating (else they count as their post).",
    )
    trash_days: int = Field(
        30, ge=0, le=3650, description="Days until the trash is emptied by itself; 0 means never."
    )
    device: str = Field(
        "auto", description="Torch device for pictures: auto, cpu, cuda, cuda:1, mps."
    )
    content_credentials: bool = Field(
        True, description="Sign what Gator makes with content credentials (C2PA)."
    )
    c2pa_certificate: Path | None = Field(
        None,
        description="PEM file with your signing certificate and its issuers; empty means one for"
        " development, made on first use.",
    )
    c2pa_key: Path | None = Field(None, description="PEM file with the key of that certificate.")
    c2pa_timestamp_url: str = Field(
        "",
        description="Address of a time-stamp authority (RFC 3161) that signatures are dated by; the"
        " hash of each signature is sent there. Empty: no time stamp.",
    )
    c2pa_trust: Path | None = Field(
        None,
        description="PEM file with issuers whose content credentials are trusted beside this"
        " studio's own, such as the C2PA trust list.",
    )
    watermark: bool = Field(
        False, description="Hide a mark in the pixels of AI pictures that survives re-encoding."
    )
    video_encoder: Literal[
        "auto", "libx264", "h264_nvenc", "h264_qsv", "h264_amf", "h264_videotoolbox"
    ] = Field(
        "auto",
        description="H.264 encoder of videos; auto: a graphics card's where one works, else the"
        " processor's (libx264).",
    )
    render_cache_mb: int = Field(
        4096,
        ge=0,
        description="Rendered pieces of videos kept so that an edit renders only what it changed,"
        " in MiB.",
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"{value!r} is not an IANA time zone such as Europe/Berlin")
        return value

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @property
    def models_folder(self) -> Path:
        """The models folder in force."""
        given = self.models_dir.expanduser()
        return given.absolute() if given != Path() else self.home / "models"

    @property
    def sql_url(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.home / 'gator.db'}"


def load_settings(**overrides: object) -> Settings:
    """Read the settings; `overrides` win over the environment.

    Raises ConfigError naming the variable, its problem and the fix.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        raise ConfigError(
            f"GATOR_{name.upper()}", f"{first['msg']}.", "See docs/settings.md for what is allowed."
        ) from error
