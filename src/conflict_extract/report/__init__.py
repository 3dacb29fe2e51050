"""Reports for people: tables for the terminal and for Markdown, and pages that stand by themselves."""
