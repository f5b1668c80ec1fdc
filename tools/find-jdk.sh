# Sourced by npusim and check. find_jdk prints the home of a JDK 25, or fails silently.

is_jdk25() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  local line
  while IFS= read -r line; do
    case $line in JAVA_VERSION=\"25*) return 0 ;; esac
  done <"$1/release"
  return 1
}

find_jdk() {
  local home java
  if [ -n "${JAVA_HOME:-}" ] && is_jdk25 "$JAVA_HOME"; then
    printf '%s\n' "$JAVA_HOME"
    return 0
  fi
  if java=$(command -v javac 2>/dev/null) || java=$(command -v java 2>/dev/null); then
    home=$(readlink -f "$java" 2>/dev/null) && home=${home%/bin/*}
    if [ -n "$home" ] && is_jdk25 "$home"; then
      printf '%s\n' "$home"
      return 0
    fi
  fi
  for home in /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /opt/* /opt/java/* \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.local/share/mise/installs/java/* \
    /opt/homebrew/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if is_jdk25 "$home"; then
      printf '%s\n' "$home"
      return 0
    fi
  done
  if [ -x /usr/libexec/java_home ] && home=$(/usr/libexec/java_home -v 25 2>/dev/null) && is_jdk25 "$home"; then
    printf '%s\n' "$home"
    return 0
  fi
  return 1
}

no_jdk="needs JDK 25: install one (for example Eclipse Temurin 25, https://adoptium.net) or set JAVA_HOME to it"
no_maven="needs Maven 3.8 or newer (https://maven.apache.org) on the PATH to build"
