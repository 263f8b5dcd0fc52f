"""What is handed out: wheel, sdist, formula, workflows."""
