"""One file per repository port; each works inside the one transaction it is given."""
