"""Files the card generator ships; packages, so that an installed Gator has them too."""
