#pragma once

/// Which mutex guards which member, and which function expects which mutex to be held, said so that Clang's thread-safety
/// analysis can check it (the test house.thread_safety). Other compilers see nothing of it.
#ifdef __clang__
#define MILLRACE_THREAD_ANNOTATION(...) __attribute__((__VA_ARGS__))
#else
#define MILLRACE_THREAD_ANNOTATION(...)
#endif

/// A class that can be held, and a class that holds one from its construction to the end of its scope.
#define MILLRACE_CAPABILITY(name) MILLRACE_THREAD_ANNOTATION(capability(name))
#define MILLRACE_SCOPED_CAPABILITY MILLRACE_THREAD_ANNOTATION(scoped_lockable)

/// A member that is read and written only while the mutex is held.
#define MILLRACE_GUARDED_BY(mutex) MILLRACE_THREAD_ANNOTATION(guarded_by(mutex))

/// A function whose caller holds the mutexes, and one whose caller must not.
#define MILLRACE_REQUIRES(...) MILLRACE_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define MILLRACE_EXCLUDES(...) MILLRACE_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))

/// A function that returns with the mutexes held, or no longer held. Without arguments: the object itself.
#define MILLRACE_ACQUIRE(...) MILLRACE_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define MILLRACE_RELEASE(...) MILLRACE_THREAD_ANNOTATION(release_capability(__VA_ARGS__))

/// A function that the analysis leaves out: the one of a ScopeExit, which runs under the lock around it, or one whose
/// comment says why it needs none.
#define MILLRACE_UNCHECKED MILLRACE_THREAD_ANNOTATION(no_thread_safety_analysis)

/// A function that gives a reference to the mutex.
#define MILLRACE_RETURN_CAPABILITY(mutex) MILLRACE_THREAD_ANNOTATION(lock_returned(mutex))
