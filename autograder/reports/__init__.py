"""One module for each form that grades are shown or handed on in."""
