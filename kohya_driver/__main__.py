"""`python -m kohya_driver`."""

from kohya_driver.cli.main import main

raise SystemExit(main())
