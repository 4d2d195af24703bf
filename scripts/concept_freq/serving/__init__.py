"""Local pages: one small, safe web server for whatever a person looks at or answers in a browser on this machine.

Comes in: a folder of a page's files, and the page's routes (Starlette). Goes out: the page on the loopback address, to
whoever opens the address that the program prints. Imports nothing of the project; every package with a page may import
it.
"""
