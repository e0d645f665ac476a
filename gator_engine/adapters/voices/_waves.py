"""Sound as 16-bit mono samples: reading and writing WAV, trimming, levelling, joining."""

from __future__ import annotations

import io
import wave

import av
import numpy as np
import numpy.typing as npt

from gator_engine.errors import Transient

RATE = 48_000
Samples = npt.NDArray[np.float32]
_QUIET_DB = -45.0
_STEP_S = 0.005
# Speech of one voice at about the level podcasts have, so that lines of one script match.
LEVEL_DB = -20.0
_CEILING = 0.89


def to_wav(pcm: bytes, rate: int) -> bytes:
    """16-bit mono PCM as a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm)
    return out.getvalue()


def wav_of(samples: Samples) -> bytes:
    """Samples (-1…1) at 48 kHz as a 16-bit WAV."""
    clipped = np.clip(samples, -1.0, 1.0)
    return to_wav(np.round(clipped * 32767).astype("<i2").tobytes(), RATE)


def samples_of(data: bytes, engine: str, rate: int = RATE) -> Samples:
    """Any sound file as mono samples. Raises Transient naming the engine that sent it."""
    try:
        with av.open(io.BytesIO(data), "r") as container:
            resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
            found = [
                frame.to_ndarray().reshape(-1)
                for decoded in (*container.decode(audio=0), None)
                for frame in resampler.resample(decoded)
            ]
    except (av.FFmpegError, IndexError) as error:
        raise Transient(engine, "speak", "its sound cannot be read") from error
    if not found or not sum(len(part) for part in found):
        raise Transient(engine, "speak", "it sent no sound")
    return np.concatenate(found).astype(np.float32)


def levels(samples: Samples, rate: int = RATE) -> Samples:
    """RMS level of each 5 ms, relative to the loudest (1.0)."""
    step = round(rate * _STEP_S)
    whole = len(samples) // step * step
    if not whole:
        return np.zeros(1, np.float32)
    power = (samples[:whole].reshape(-1, step).astype(np.float64) ** 2).mean(axis=1)
    loud = float(np.sqrt(power.max()))
    found: Samples = (np.sqrt(power) / (loud or 1.0)).astype(np.float32)
    return found


def voiced(samples: Samples, rate: int = RATE) -> tuple[float, float]:
    """Where sound begins and ends, in seconds; the whole length when it is silent."""
    heard = np.flatnonzero(levels(samples, rate) > 10 ** (_QUIET_DB / 20))
    if not heard.size:
        return 0.0, len(samples) / rate
    return float(heard[0] * _STEP_S), float((heard[-1] + 1) * _STEP_S)


def levelled(samples: Samples) -> Samples:
    """The same line at the common level, never clipped."""
    loud = np.abs(samples)
    speech = samples[loud > loud.max() * 0.02] if loud.size and loud.max() > 0 else samples
    rms = float(np.sqrt(np.mean(speech.astype(np.float64) ** 2))) if speech.size else 0.0
    if rms == 0.0:
        return samples
    gain = min(10 ** (LEVEL_DB / 20) / rms, _CEILING / float(loud.max()))
    return (samples * np.float32(gain)).astype(np.float32)


def louder(samples: Samples, start_s: float, end_s: float, gain_db: float) -> None:
    """Raise a stretch in place, with 15 ms ramps so that nothing clicks."""
    first, last = max(0, round(start_s * RATE)), min(len(samples), round(end_s * RATE))
    if last <= first:
        return
    ramp = min((last - first) // 2, round(0.015 * RATE))
    shape = np.ones(last - first, np.float32)
    if ramp:
        shape[:ramp] = np.linspace(0, 1, ramp, dtype=np.float32)
        shape[-ramp:] = shape[:ramp][::-1]
    gain = np.float32(10 ** (gain_db / 20) - 1)
    samples[first:last] *= 1 + gain * shape
    np.clip(samples[first:last], -_CEILING, _CEILING, out=samples[first:last])


def silence(length_s: float) -> Samples:
    """That many seconds of nothing."""
    return np.zeros(round(length_s * RATE), np.float32)
