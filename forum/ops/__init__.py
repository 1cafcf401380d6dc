"""Running the site: health, worker, demo and load data."""
