"""Jobs: what runs, what waits, what failed and why."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from gator_engine.domain.work import JobState
from pages._ui import job_list, shell
from pages._ui.session import studio

SHOWN = {
    "Under way": (JobState.RUNNING, JobState.QUEUED, JobState.DUE),
    "Failed": (JobState.FAILED,),
    "Done": (JobState.SUCCEEDED, JobState.CANCELLED),
}


@st.fragment(run_every=timedelta(seconds=3))
def board() -> None:
    """Queues and jobs; refreshes alone."""
    job_list.crew()
    counts = studio().jobs.counts()
    numbers = {
        name: sum(by_state.get(state, 0) for by_state in counts.values() for state in states)
        for name, states in SHOWN.items()
    }
    chosen = st.segmented_control(
        "Show",
        list(SHOWN),
        default="Under way",
        required=True,
        key="jobs:show",
        format_func=lambda name: f"{name} ({numbers[name]})",
    )
    jobs = studio().jobs.list(states=SHOWN[chosen or "Under way"], limit=50)
    if not jobs:
        job_list.none()
    for job in jobs:
        job_list.row(job)


shell.heading("Jobs", "Work in the background. Leaving this page stops nothing.")
board()
