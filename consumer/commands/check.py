"""What is said to ``everonce check``?"""

import typer

from consumer.commands.options import AsJson, ConfigFile


def check(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Check settings, processors, topics, rights.

    All problems are named at once. Nothing is changed: rights are tried by describing, reading,
    and a transaction that is aborted. The effective settings are shown with secrets masked.
    """
    from consumer.commands.checking import check_deployment

    raise typer.Exit(check_deployment(config, as_json=as_json))
