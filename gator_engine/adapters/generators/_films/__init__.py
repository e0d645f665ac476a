"""Parts shared by generators that make videos."""
