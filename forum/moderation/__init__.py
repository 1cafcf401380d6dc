"""Review queue, reports, decisions, sanctions, appeals and the public log."""
