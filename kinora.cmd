@echo off
rem Runs Kinora from its source folder on Windows: finds a JDK 25, builds once, starts.
rem Build again after a change of the sources: kinora.cmd --rebuild
setlocal EnableExtensions
set "home=%~dp0"
if "%home:~-1%"=="\" set "home=%home:~0,-1%"
set "built=%home%\kinora-cli\target\launcher"
if not defined KINORA_CACHE set "KINORA_CACHE=%LOCALAPPDATA%\kinora"

set "jdk="
call :try "%JAVA_HOME%"
if not defined jdk for %%j in (java.exe) do if not "%%~$PATH:j"=="" call :try "%%~dp$PATH:j.."
if not defined jdk for /d %%d in ("%ProgramFiles%\Eclipse Adoptium\jdk-25*" "%ProgramFiles%\Java\jdk-25*" "%ProgramFiles%\Microsoft\jdk-25*" "%ProgramFiles%\Zulu\zulu-25*" "%USERPROFILE%\.jdks\*25*") do if not defined jdk call :try "%%~d"
if not defined jdk (
    echo kinora: please install a JDK 25 and set JAVA_HOME to it 1>&2
    exit /b 1
)

if "%~1"=="--rebuild" (
    if exist "%built%\classpath" del "%built%\classpath"
    call :build
    exit /b
)
if not exist "%built%\classpath" call :build || exit /b 1

for /f "usebackq delims=" %%l in ("%built%\classpath") do set "classpath=%%l"
set "classpath=%classpath:|=;%"
"%jdk%\bin\java.exe" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+UseSerialGC ^
    -Djava.awt.headless=true -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -Dorg.bytedeco.javacpp.maxBytes=0 ^
    "-Dorg.bytedeco.javacpp.cachedir=%KINORA_CACHE%\natives" "-Dkinora.home=%home%" %KINORA_JAVA_OPTS% ^
    -cp "%classpath%;%built%\*" dev.kinora.cli.Main %*
exit /b %ERRORLEVEL%

:try
if "%~1"=="" exit /b 0
if not exist "%~1\bin\javac.exe" exit /b 0
findstr /r /c:"^JAVA_VERSION=.25[\.\"]" "%~1\release" >nul 2>&1 && set "jdk=%~f1"
exit /b 0

:build
where mvn >nul 2>&1 || (
    echo kinora: please install Maven 3.8 or later and put it on the PATH 1>&2
    exit /b 1
)
echo kinora: building (first run: downloads libraries, takes some minutes) 1>&2
set "JAVA_HOME=%jdk%"
pushd "%home%"
call mvn -B -q -Dkinora.launcher -pl kinora-cli -am package 1>&2
set "code=%ERRORLEVEL%"
popd
if not "%code%"=="0" if exist "%built%\classpath" del "%built%\classpath"
exit /b %code%
