"""Feeds: the calendar of deliveries, for any calendar program (RFC 5545)."""

from __future__ import annotations

from datetime import timedelta

from icalendar import Calendar, Event
from starlette.requests import Request
from starlette.responses import Response

from gator_engine.domain.deliveries import Delivery, DeliveryQuery, DeliveryState
from pages._ui.session import studio
from routes.access import reading

BACK, AHEAD = timedelta(days=30), timedelta(days=365)
LENGTH = timedelta(minutes=15)


@reading
def calendar(request: Request) -> Response:
    """Deliveries from a month ago to a year ahead, without the cancelled ones."""
    now = studio().clock.now()
    found = studio().scheduling.calendar(DeliveryQuery(since=now - BACK, until=now + AHEAD))
    feed = Calendar()
    feed.add("prodid", "-//Gator//Calendar//EN")
    feed.add("version", "2.0")
    for delivery in found:
        if delivery.state is not DeliveryState.CANCELLED:
            feed.add_component(_event(delivery))
    return Response(feed.to_ical(), media_type="text/calendar")


def _event(delivery: Delivery) -> Event:
    event = Event()
    event.add("uid", f"{delivery.id}@gator")
    event.add("dtstamp", delivery.created_at)
    event.add("dtstart", delivery.due_at)
    event.add("duration", LENGTH)
    event.add("summary", f"{delivery.platform}: {delivery.state.value.replace('_', ' ')}")
    if delivery.remote_url:
        event.add("url", delivery.remote_url)
    return event
