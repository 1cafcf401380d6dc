"""Commands that run the site: the web server, the worker, demo and load data, counters."""

from forum.ops.commands.bulk import bulk
from forum.ops.commands.counters import counters
from forum.ops.commands.demo import demo
from forum.ops.commands.serve import serve
from forum.ops.commands.worker import worker

COMMANDS = (bulk, counters, demo, serve, worker)
