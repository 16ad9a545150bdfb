"""How is a letter's value mended, checked, and sent in place of its own?"""

import difflib
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Group
from rich.text import Text

from config.settings import Settings
from consumer.commands.acting.carrying import Errand, carried_out, put_json
from consumer.commands.acting.manner import Manner, confirmed
from consumer.commands.chosen import chosen_settings
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.letters.desk import at_desk, put
from consumer.commands.printable import printable
from consumer.commands.running import loaded
from consumer.core.dead_letter_record import DeadLetterRecord
from consumer.core.record import LogRecord
from consumer.desk.acts import Request
from consumer.desk.exact_json import NotJsonError, PatchError
from consumer.desk.letter_requests import LeaveOut, letter_act
from consumer.desk.mending import (
    Verdict,
    as_sent,
    checked,
    difference,
    editable,
    is_same,
    patched_value,
)
from consumer.desk.source_records import GoneError, SourceRecords
from consumer.desk.whole import Whole, read_whole
from consumer.kafka.tap import Tap
from processors.registry import Registry
