"""Parts shared by generators that ask another machine for pictures."""
