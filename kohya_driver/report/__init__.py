"""Everything about a run on one page: gathered from its folder into one value, written as HTML, Markdown or JSON.

`gather` reads, `RunReport` is what was read, `as_html`, `as_markdown` and `RunReport.to_json` are functions of it.
`charts` and `page` know nothing of runs: whoever draws other curves, or another page, uses them too.
"""
