"""What is wrong with the rules for captions, found before any work."""

from __future__ import annotations

from collections.abc import Iterator

from kohya_driver.errors import Finding, error
from kohya_driver.prepare.tag_names import fold, group_fault, is_exact, matches, pattern_fault, split_tags
from kohya_driver.prepare.tag_policy import TagPolicy


def check_policy(policy: TagPolicy) -> tuple[Finding, ...]:
    """All that is wrong with the rules, before any work: bad patterns and numbers, and a tag in two lists that contradict."""
    wrong = [*_bad_patterns(policy), *_bad_values(policy)]
    return tuple(wrong or _contradictions(policy))


def _bad_patterns(policy: TagPolicy) -> Iterator[Finding]:
    sources = [source for source, _ in policy.replace]
    for option, patterns in (("exclude", policy.exclude), ("keep", policy.keep), ("replace", sources)):
        for pattern in patterns:
            reason = pattern_fault(pattern)
            if reason:
                yield error("tag.bad_pattern", f"--{option}", pattern=pattern, reason=reason)
    for source, target in policy.replace:
        reason = "" if pattern_fault(source) else group_fault(source, target)
        if reason:
            yield error("tag.bad_pattern", "--replace", pattern=f"{source}={target}", reason=reason)


def _bad_values(policy: TagPolicy) -> Iterator[Finding]:
    for option, value in (
        ("threshold", policy.threshold),
        ("character-threshold", policy.character_threshold),
    ):
        if not 0 <= value <= 1:
            yield error("tag.bad_threshold", f"--{option}", value=value)
    if policy.max_tags < 1:
        yield error("tag.bad_max_tags", "--max-tags", value=policy.max_tags)
    fixed = (("trigger", (policy.trigger,)), ("prefix", policy.prefix), ("suffix", policy.suffix))
    for option, names in fixed:
        for name in names:
            if len(split_tags(name)) > 1 or (option != "trigger" and not name.strip()):
                yield error("tag.not_one_tag", f"--{option}", text=name)
    for source, target in policy.replace:
        if not split_tags(target) or not source.strip():
            yield error("tag.empty_replacement", "--replace", source=source)


def _contradictions(policy: TagPolicy) -> Iterator[Finding]:
    """What one list demands and another forbids."""
    sources = tuple(source for source, _ in policy.replace)
    targets = tuple(
        name
        for source, target in policy.replace
        if not source.startswith("re:")
        for name in split_tags(target)
    )
    trigger = (policy.trigger,) if policy.trigger.strip() else ()
    forbidding = (("exclude", policy.exclude), ("replace", sources))
    demanding = (
        ("trigger", trigger), ("prefix", policy.prefix), ("suffix", policy.suffix), ("keep", policy.keep),
    )  # fmt: skip
    pairs = [(demand, forbid) for demand in demanding for forbid in forbidding]
    pairs += [(("replace", sources), forbidding[0]), (("replace", targets), forbidding[0])]
    pairs += [
        (("suffix", policy.suffix), ("trigger", trigger)),
        (("suffix", policy.suffix), ("prefix", policy.prefix)),
    ]
    for (one, names), (other, patterns) in pairs:
        for name in names:
            hit = next((p for p in patterns if p == name or (is_exact(name) and matches(p, name))), None)
            if hit is not None:
                yield error(
                    "tag.contradiction", f"--{one}", tag=name, one=f"--{one}", other=f"--{other}", pattern=hit
                )
    seen: dict[str, str] = {}
    for source, target in policy.replace:
        if seen.setdefault(fold(source), target) != target:
            yield error(
                "tag.replaced_twice", "--replace", source=source, one=seen[fold(source)], other=target
            )
