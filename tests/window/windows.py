"""Prints how many windows of the app an X display shows; with --close it asks each to close, as a window manager does."""

import ctypes
import sys

NAME = b"Tillbridge"
CLIENT_MESSAGE = 33
IS_VIEWABLE = 2


class ClientMessage(ctypes.Structure):
    """XClientMessageEvent, with the room that XSendEvent reads."""

    _fields_ = [
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("room", ctypes.c_long * 12),
    ]


class Attributes(ctypes.Structure):
    """XWindowAttributes as far as `map_state`, with room for the rest."""

    _fields_ = [
        ("place_and_size", ctypes.c_int * 5),
        ("depth", ctypes.c_int),
        ("visual", ctypes.c_void_p),
        ("root", ctypes.c_ulong),
        ("kind_and_gravities", ctypes.c_int * 4),
        ("backing_planes", ctypes.c_ulong),
        ("backing_pixel", ctypes.c_ulong),
        ("save_under", ctypes.c_int),
        ("colormap", ctypes.c_ulong),
        ("map_installed", ctypes.c_int),
        ("map_state", ctypes.c_int),
        ("room", ctypes.c_long * 8),
    ]


x11 = ctypes.CDLL("libX11.so.6")
x11.XOpenDisplay.restype = ctypes.c_void_p
x11.XDefaultRootWindow.restype = ctypes.c_ulong
x11.XInternAtom.restype = ctypes.c_ulong
display = ctypes.c_void_p(x11.XOpenDisplay(None))
if not display:
    sys.exit("there is no display")


def children(window: int) -> list[int]:
    root, parent, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_uint()
    found = ctypes.POINTER(ctypes.c_ulong)()
    x11.XQueryTree(
        display,
        ctypes.c_ulong(window),
        ctypes.byref(root),
        ctypes.byref(parent),
        ctypes.byref(found),
        ctypes.byref(count),
    )
    return [found[index] for index in range(count.value)]


def is_open(window: int) -> bool:
    name, attributes = ctypes.c_char_p(), Attributes()
    x11.XFetchName(display, ctypes.c_ulong(window), ctypes.byref(name))
    x11.XGetWindowAttributes(display, ctypes.c_ulong(window), ctypes.byref(attributes))
    return name.value == NAME and attributes.map_state == IS_VIEWABLE


def close(window: int) -> None:
    event = ClientMessage(type=CLIENT_MESSAGE, window=window, format=32)
    event.message_type = x11.XInternAtom(display, b"WM_PROTOCOLS", 0)
    event.data[0] = x11.XInternAtom(display, b"WM_DELETE_WINDOW", 0)
    x11.XSendEvent(display, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(event))


windows = [window for window in children(x11.XDefaultRootWindow(display)) if is_open(window)]
if "--close" in sys.argv:
    for window in windows:
        close(window)
x11.XSync(display, 0)
print(len(windows))
