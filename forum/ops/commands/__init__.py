"""Commands that run the site: the web server, the worker, demo and load data, counters."""
