"""What a video is made of: time, framing, transitions, titles, captions, sound, encode profiles.

`gator_engine.domain.timeline` puts these together; `editing` changes a timeline, `profiles` say how
it leaves the house.
"""
