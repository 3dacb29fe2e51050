"""Pure functions on text: where a quote stands, which number a figure's words give, which days a time's."""
