"""What a guest may use, as data: one page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """Limits of one guest.

    ``memory_mb`` is what it may use beyond what it inherits from the warm server, shared memory included; ``disk_mb``
    and ``files`` are what its scratch folder may hold. ``confined`` adds Landlock, seccomp and the loss of all
    capabilities to what every guest gives up. ``forbids`` is what it refuses from the start (``remote.refuse``): the
    server refuses it already, so that not every guest has to put up all of that by itself.
    """

    memory_mb: int = 2048
    file_mb: int = 64
    disk_mb: int = 256
    files: int = 2000
    open_files: int = 256
    threads: int = 64
    printed_kb: int = 16
    confined: bool = True
    forbids: tuple[tuple[str, str], ...] = ()


# The whole environment of a guest; ``{scratch}`` is its own empty folder.
ENVIRONMENT = {
    "HOME": "{scratch}",
    "TMPDIR": "{scratch}",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "OMP_NUM_THREADS": "1",
    "PATH": "/usr/bin:/bin",
}

# What a confined guest may read: the interpreter, its packages, the C libraries, itself. It may write its scratch.
READABLE = (
    *("{prefix}", "{base_prefix}", "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache"),
    *("/usr/share/zoneinfo", "/usr/share/fonts", "/etc/localtime", "/etc/fonts"),
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu"),
    *("/proc/driver/nvidia", "/proc/devices", "/sys/bus/pci"),  # CUDA finds its devices there
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
DEVICE_PATTERNS = ("/dev/nvidia*",)  # reading, writing and ioctl, for CUDA

# Calls that fail with EPERM in a confined guest, whatever their arguments.
FORBIDDEN_CALLS = (
    # other processes: none are made, none are run, none are reached
    *("fork", "vfork", "execve", "execveat", "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise"),
    *("process_mrelease", "kcmp", "pidfd_open", "pidfd_getfd", "pidfd_send_signal", "setpgid", "setsid"),
    # the network, and every other kind of socket
    *("socket", "socketpair", "connect", "bind", "listen", "accept", "accept4"),
    # rights, limits and namespaces
    *(
        "setrlimit",
        "unshare",
        "setns",
        "setuid",
        "setgid",
        "setreuid",
        "setregid",
        "setresuid",
        "setresgid",
        "setgroups",
    ),
    *("setfsuid", "setfsgid", "capset", "personality", "keyctl", "add_key", "request_key"),
    # the share of the machine that others get
    *("setpriority", "ioprio_set", "sched_setaffinity", "sched_setscheduler", "sched_setparam", "sched_setattr"),
    # what Landlock does not see: modes, owners, times and attributes of files
    *(
        "chmod",
        "fchmod",
        "fchmodat",
        "fchmodat2",
        "chown",
        "fchown",
        "lchown",
        "fchownat",
        "utime",
        "utimes",
        "utimensat",
    ),
    *("futimesat", "setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr"),
    # the machine
    *("mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsmount", "fsconfig", "fspick"),
    *("mknod", "mknodat", "swapon", "swapoff", "reboot", "init_module", "finit_module", "delete_module", "kexec_load"),
    *("settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname", "acct", "quotactl"),
    *("iopl", "ioperm", "syslog", "vhangup", "nfsservctl"),
    # ways around, or wide surfaces that no submission needs
    *("bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register"),
    *("open_by_handle_at", "name_to_handle_at", "fanotify_init", "inotify_init", "inotify_init1", "inotify_add_watch"),
    *(
        "memfd_secret",
        "memfd_create",
        "truncate",
        "shmget",
        "shmat",
        "msgget",
        "semget",
        "mq_open",
        "lookup_dcookie",
        "landlock_create_ruleset",
    ),
)
# Calls that a guest may make with its own process as first argument (abort and raise do), and with no other.
FORBIDDEN_TO_OTHERS = ("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")
# Options of calls that are else allowed, as (call, number of the argument, its values).
FORBIDDEN_OPTIONS = (
    ("prctl", 0, (1, 4)),  # PR_SET_PDEATHSIG, PR_SET_DUMPABLE: not to outlive the server, not to be traced
    ("fcntl", 1, (8, 10, 15)),  # F_SETOWN, F_SETSIG, F_SETOWN_EX: a signal by way of a file
    ("fcntl", 1, (1024, 1026)),  # F_SETLEASE, F_NOTIFY: others would wait to open the file
    ("ioctl", 1, (0x8901, 0x8902, 0x5452)),  # FIOSETOWN, SIOCSPGRP, FIOASYNC: a signal by way of the connection
    # FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR, FS_IOC_ENABLE_VERITY, FS_IOC_SET_ENCRYPTION_POLICY: what a file is
    ("ioctl", 1, (0x40086602, 0x401C5820, 0x40806685, 0x800C6613)),
)

# Calls that came with Linux 6.13 and later, by number (the same on all machines): setxattrat and others would go around
# the lists above, and libseccomp may not know their names yet. They look unknown, as on an older kernel.
NEWEST_CALLS = range(463, 560)

# Libraries that the server imports before it serves; "warm" then uses once what torch would import lazily.
WARM_MODULES = (
    "torch",
    "numpy",
    "torchvision",
    "matplotlib.pyplot",
    "torchvision.transforms.v2",
    "autograder.answers",  # answers that an author checks import it, and no guest can read this package's files
    "autograder.remote.guest",
    "autograder.remote.probes",
    "autograder.sandbox.seccomp",
)
GUEST_ENTRY = "autograder.remote.guest:main"
GUEST_REFUSALS = "autograder.remote.refuse:HERE"
