"""DATA: what an operator may change; decides nothing.

``settings`` is the whole of a deployment, section by section in the modules beside it; ``loading``
reads it from the environment and a YAML file, or reports everything that is wrong; ``reference``
describes every key; ``policies`` says how a failing event is tried again.
"""
