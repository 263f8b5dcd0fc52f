"""Values of the wrong kind, wherever they were given: these texts say little, so they are asked late."""

from kohya_driver.diagnosis.signature import error

_ZERO = r"ZeroDivisionError: (?:integer modulo by zero|(?:integer |float )?division (?:or modulo )?by zero|float modulo)"
_NUMBERS = (
    r"'<=' not supported between instances of 'float' and 'str'|'<' not supported between instances of '(?:int|str)' and '(?:str|int)'"
    r"|empty\(\): argument 'size'[^\n]{0,200}str|unsupported operand type\(s\) for /: 'str' and 'int'"
    r"|'str' object cannot be interpreted as an integer|full_like\(\): argument 'fill_value'"
    r"|can't multiply sequence by non-int of type 'float'|'float' object cannot be interpreted as an integer"
)

SIGNATURES = (
    error("cfg.zero_div", _ZERO, frame=r"% args\.save_every_n_steps", option="save_every_n_steps"),
    error("cfg.zero_div", _ZERO, frame=r"% args\.save_every_n_epochs", option="save_every_n_epochs"),
    error("cfg.zero_div", _ZERO, frame=r"% args\.sample_every_n_(?:steps|epochs)", option="sample_every_n_steps, sample_every_n_epochs"),
    error("cfg.zero_div", _ZERO, frame=r"% args\.validate_every_n_(?:steps|epochs)", option="validate_every_n_steps, validate_every_n_epochs"),
    error("cfg.zero_div", _ZERO, frame=r"gradient_accumulation_steps", option="gradient_accumulation_steps"),
    error("cfg.zero_div", _ZERO, frame=r"self\.batch_size|train_batch_size", option="train_batch_size"),
    error("cfg.zero_div", _ZERO),
    error("args.str_number", rf"TypeError: (?P<error>{_NUMBERS})"),
)  # fmt: skip
