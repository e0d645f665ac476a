"""Music made by code: harmony, arrangement, instruments, and the room they sound in."""
