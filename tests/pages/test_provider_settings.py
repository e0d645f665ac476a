"""Settings of language models: save, try, change, cap and remove; the key is never shown."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from gator_engine import Studio
from tests.pages.conftest import Open
from tests.pages.reading import assert_calm, button, field, words
from tests.services.llm_endpoints import KEY
from tests.services.llm_service import ChatServer, fails, says


def fill_in(page: AppTest, address: str, **more: str) -> None:
    """The form for a new one, filled in and sent."""
    values = {"name": "Tiny", "model": "tiny-talker", "base_url": address, "key": KEY, **more}
    for name, value in values.items():
        page.text_input(key=f"endpoint:new:{name}").set_value(value)
    button(page, "Save and try").click().run()
    assert_calm(page)


def test_one_is_saved_tried_changed_and_removed(
    open_page: Open, studio: Studio, chat_server: ChatServer
) -> None:
    chat_server.script = [says("Ready.")]
    page = open_page("settings")
    assert "The built-in templates write without one" in words(page)
    fill_in(page, chat_server.url, price_input="1", price_output="2")
    [saved] = studio.providers.list()
    assert (saved.name, saved.test_error, saved.has_key) == ("Tiny", "", True)
    assert "It said: Ready." in words(page)
    assert chat_server.keys == [f"Bearer {KEY}"]
    assert KEY not in str(page)

    chat_server.script = [fails(401, "the key is not known")]
    button(page, "Try again").click().run()
    assert_calm(page)
    assert "Does not answer" in words(page)
    assert studio.providers.list()[0].test_error

    chat_server.script = [says("Back.")]
    form = f"endpoint:{saved.id}"
    page.text_input(key=f"{form}:name").set_value("Tiny but loud").run()
    [change] = [one for one in page.button if one.key == f"{form}:save"]
    change.click().run()
    assert_calm(page)
    [changed] = studio.providers.list()
    assert (changed.id, changed.name, changed.test_error) == (saved.id, "Tiny but loud", "")
    assert chat_server.keys[-1] == f"Bearer {KEY}"  # left empty, the stored one is kept
    assert KEY not in str(page)

    button(page, "Remove").click().run()
    assert_calm(page)
    assert studio.providers.list() == []


def test_a_failed_trial_keeps_it_and_says_why(
    open_page: Open, studio: Studio, chat_server: ChatServer
) -> None:
    chat_server.script = [fails(404, "no such model")]
    page = open_page("settings")
    fill_in(page, chat_server.url)
    assert "Saved, but the trial failed" in words(page)
    assert len(studio.providers.list()) == 1
    assert KEY not in str(page)


def test_what_cannot_be_is_marked_and_kept(open_page: Open, studio: Studio) -> None:
    page = open_page("settings")
    fill_in(page, "no address", model="")
    assert studio.providers.list() == []
    assert page.text_input(key="endpoint:new:name").value == "Tiny"
    assert words(page).count('class="g-problem"') == 2


def test_a_cap_is_set_shown_and_lifted(open_page: Open, studio: Studio) -> None:
    page = open_page("settings")
    field(page, "text_input", "Cap a month, USD").set_value("2.50").run()
    button(page, "Set the cap").click().run()
    assert_calm(page)
    assert studio.spending.month().cap == 2_500_000
    assert "2.50 USD" in [metric.value for metric in page.metric]
    field(page, "text_input", "Cap a month, USD").set_value("much").run()
    button(page, "Set the cap").click().run()
    assert_calm(page)
    assert studio.spending.month().cap == 2_500_000
    assert 'class="g-problem"' in words(page)
    field(page, "text_input", "Cap a month, USD").set_value("").run()
    button(page, "Set the cap").click().run()
    assert studio.spending.month().cap is None
